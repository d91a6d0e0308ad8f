"""What answered rows are good for when a model is trained anew: exports of them, and replays of them."""
