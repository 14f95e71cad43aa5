"""How is it shown in a browser? Read-only pages over one `Source`; doors: `source`, `listen`, `workspace_source`."""
