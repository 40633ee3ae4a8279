"""Import and export of public register records."""
