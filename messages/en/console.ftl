### What the console shows around posts and questions.
