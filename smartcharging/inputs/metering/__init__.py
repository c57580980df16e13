"""Site meters: set up, read, judged, kept, and turned into load on the wires."""
