"""One call without sound or network: its machine, its journal, what it used, its report."""
