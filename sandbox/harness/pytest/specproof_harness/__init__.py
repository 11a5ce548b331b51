"""What specproof puts around pytest and Hypothesis. Loaded before anything of the project."""
