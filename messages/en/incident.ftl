### What the engine says: drafts, explanations, acknowledgements, timeline, answers.
