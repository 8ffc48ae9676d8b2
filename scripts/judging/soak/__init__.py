"""The soak: very many event calls under a mix of faults, every one of them reconciled with what is stored."""
