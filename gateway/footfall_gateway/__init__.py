"""The gateway's configuration: one Envoy template for a laptop and for production."""
