"""How the network is made: corpora, labels, splits, megabatches, training, evaluation."""
