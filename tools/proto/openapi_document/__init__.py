"""Makes the OpenAPI document of the JSON API from the descriptors of the protos."""
