"""From features to judged tempos: candidates, clips, metre, levels, stability."""
