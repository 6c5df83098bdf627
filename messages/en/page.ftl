### The status page and the report form.
