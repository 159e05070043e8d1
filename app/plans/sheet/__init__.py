"""The task sheet (任务分解表): from rows as somebody typed them to the plan, and out again."""
