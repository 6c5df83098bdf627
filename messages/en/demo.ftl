### The demo's narration.
