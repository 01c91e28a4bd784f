"""Players that a playlist is handed to: mpv and VLC as programs, MPD as a server."""
