"""What kinds of secrets there are, and what one found in a text is."""

from __future__ import annotations

from dataclasses import dataclass

# Kinds whose shape alone gives them away, with the words to speak of them.
TOKENS = {
    "age": "an age secret key",
    "anthropic": "an Anthropic key",
    "artifactory": "an Artifactory token",
    "atlassian": "an Atlassian token",
    "aws": "an AWS key",
    "databricks": "a Databricks token",
    "digitalocean": "a DigitalOcean token",
    "discord": "a Discord bot token",
    "doppler": "a Doppler token",
    "figma": "a Figma token",
    "fly": "a Fly.io token",
    "github": "a GitHub token",
    "gitlab": "a GitLab token",
    "google": "a Google API key",
    "google-oauth": "a Google OAuth secret",
    "grafana": "a Grafana token",
    "groq": "a Groq key",
    "hashicorp": "a Vault or Terraform token",
    "hugging-face": "a Hugging Face token",
    "jwt": "a JSON web token",
    "linear": "a Linear key",
    "mailchimp": "a Mailchimp key",
    "mailgun": "a Mailgun key",
    "new-relic": "a New Relic key",
    "notion": "a Notion token",
    "npm": "an npm token",
    "openai": "an OpenAI key",
    "openrouter": "an OpenRouter key",
    "password-hash": "a password's hash",
    "perplexity": "a Perplexity key",
    "planetscale": "a PlanetScale password",
    "postman": "a Postman key",
    "pypi": "a PyPI token",
    "replicate": "a Replicate token",
    "rubygems": "a RubyGems key",
    "sendgrid": "a SendGrid key",
    "sentry": "a Sentry token",
    "shopify": "a Shopify token",
    "slack": "a Slack token",
    "square": "a Square token",
    "stripe": "a Stripe key",
    "supabase": "a Supabase token",
    "telegram": "a Telegram bot token",
    "twilio": "a Twilio key",
    "webhook": "an address that anybody can post to",
    "xai": "an xAI key",
}
# Kinds that are told by what stands around them.
IN_CONTEXT = {
    "account-key": "the key of a storage account or a message bus",
    "address": "a password in an address",
    "authorization": "the credential of a request",
    "encoded": "a long random value",
    "password": "a password or key",
    "private-key": "a private key",
}
WORDS = {**TOKENS, **IN_CONTEXT}


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret at `start`..`end` (code points, the end excluded) of a text; `kind` is a key of `WORDS`."""

    kind: str
    start: int
    end: int
