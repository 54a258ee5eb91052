"""What files of a model say of it: headers of weights read without the weights, digests, model cards."""
