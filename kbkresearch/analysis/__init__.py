"""Statistics on facility tables: description, association, regression, planning of samples."""
