"""The composition root of the command line: alone it knows all parts."""
