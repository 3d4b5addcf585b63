"""How good the results are: measured against references, as figures and pictures."""
