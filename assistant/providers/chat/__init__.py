"""A chat model behind OpenAI's protocol, as servers really speak it."""
