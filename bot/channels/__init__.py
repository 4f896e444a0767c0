"""One file for each way in; they translate and nothing else."""
