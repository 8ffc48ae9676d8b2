"""Laws: what holds for every tool and every input. A package, so that its helpers can be imported."""
