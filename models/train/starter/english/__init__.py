"""What the English model has of its own: sounds, words, phrases, recordings and synthetic voices, and the tests."""
