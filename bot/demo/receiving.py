"""The methods by which the bot gets its updates: getUpdates, setWebhook, deleteWebhook, getWebhookInfo."""

from urllib.parse import urlsplit

from bot.demo.params import Params
from bot.demo.refusal import JsonObject, bad_request
from bot.demo.updates import Webhook
from bot.demo.world import World


def get_updates(world: World, params: Params) -> list[JsonObject]:
    """getUpdates, without the waiting"""
    return world.updates.fetch(params.integer("offset"), params.integer("limit"), _allowed(params))


def set_webhook(world: World, params: Params) -> bool:
    """setWebhook"""
    url = params.text("url") or ""
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise bad_request("bad webhook: invalid webhook URL specified")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token")
    if secret and not all(c.isascii() and (c.isalnum() or c in "_-") for c in secret):
        raise bad_request("secret token contains unallowed characters")
    world.updates.set_allowed(_allowed(params))
    if params.flag("drop_pending_updates"):
        world.updates.drop_pending()
    world.updates.webhook = Webhook(url, secret or None, params.integer("max_connections") or 40)
    world.updates.begin_poll()
    return True


def delete_webhook(world: World, params: Params) -> bool:
    """deleteWebhook"""
    if params.flag("drop_pending_updates"):
        world.updates.drop_pending()
    world.updates.webhook = Webhook()
    world.updates.arrived.ring()
    return True


def get_webhook_info(world: World, params: Params) -> JsonObject:
    """getWebhookInfo"""
    webhook = world.updates.webhook
    shown: JsonObject = {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": world.updates.pending,
    }
    if webhook.url:
        shown |= {"max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
    if webhook.last_error_date is not None:
        shown["last_error_date"] = int(webhook.last_error_date.timestamp())
        shown["last_error_message"] = webhook.last_error
    if world.updates.allowed is not None:
        shown["allowed_updates"] = world.updates.allowed
    return shown


def _allowed(params: Params) -> list[str] | None:
    listed = params.array("allowed_updates")
    return None if listed is None else [str(kind) for kind in listed]
