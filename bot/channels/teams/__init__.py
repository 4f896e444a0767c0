"""Microsoft Teams, through Microsoft's own SDK inside a web application of ours."""
