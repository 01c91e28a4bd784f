"""Songs of human drummers, who swing as people do, alone and with a band that goes with them."""
