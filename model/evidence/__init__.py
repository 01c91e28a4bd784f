"""Why a song was judged as it was: all cases, for pictures and for inquiry."""
