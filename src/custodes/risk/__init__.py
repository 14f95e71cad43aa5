"""How bad is it, in numbers? Impact times likelihood times control for each risk, from the evidence."""

from custodes.risk.register import Risk, assess

__all__ = ["Risk", "assess"]
