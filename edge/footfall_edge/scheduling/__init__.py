"""Who may use the processor next: the analysis of many cameras shares it fairly."""
