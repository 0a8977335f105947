"""Evidence: received, inspected, stored, scanned, drawn, listed and checked."""
