"""The edge worker: cameras in, face events out."""
