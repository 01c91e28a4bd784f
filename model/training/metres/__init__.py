"""Songs in compound, triple and odd metre, composed and rendered."""
