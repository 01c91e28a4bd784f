"""The program: scans a library, writes paces into tags and index, builds playlists, watches."""
