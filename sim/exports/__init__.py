"""Results for other programs: spreadsheets, statistics packages, databases, netCDF readers."""
