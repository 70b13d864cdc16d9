"""The deep audit: a digest of what every operation of torch and TensorFlow took and gave, cell by cell."""
