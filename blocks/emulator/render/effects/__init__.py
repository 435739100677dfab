"""Ready-made effects and expressions played over a picture."""
