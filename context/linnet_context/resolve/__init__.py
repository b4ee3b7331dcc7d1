"""From an import to the file that defines what it brings in: of the workspace, or of its installed packages."""
