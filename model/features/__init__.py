"""From samples to what the network sees: mel bands, onset envelope, autocorrelation."""
