"""What must not leave: secrets in texts (`redaction`) and errors (`discreet`), what Segment's hide (`untrusted`)."""
