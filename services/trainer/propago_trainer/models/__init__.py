"""Encoders (`vit`, `resnet`, `convnet`) and the models that train them (`siammae`)."""
