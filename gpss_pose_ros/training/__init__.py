"""Training of the shipped networks. The only package that imports torch."""
