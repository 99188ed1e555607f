"""The file of identity providers: what is taken, and what is said of what is not."""

import json
from pathlib import Path
from typing import Any

import pytest
from footfall_server.auth.oidc_settings import load_oidc_providers
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.oidc import Access, GroupRule, access_by_groups
from footfall_server.settings import BadSettingsError

TENANT, SITE = str(new_id()), str(new_id())
SECRET = "top secret of the client"

GOOD: dict[str, Any] = {
    "provider_id": "keycloak",
    "display_name": "Our account",
    "issuer": "https://id.example/realms/shop",
    "client_id": "footfall",
    "client_secret": SECRET,
    "redirect_uri": "https://console.example/callback",
    "tenant_id": TENANT,
    "rules": [
        {"group": "admins", "role": "tenant_admin"},
        {"group": "north", "role": "site_manager", "site_ids": [SITE]},
    ],
}


def written(folder: Path, *providers: dict[str, Any]) -> Path:
    file = folder / "oidc.json"
    file.write_text(json.dumps({"providers": providers}))
    return file


def test_no_file_no_providers() -> None:
    assert load_oidc_providers(None) == ()


def test_json_and_toml_say_the_same(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    toml = tmp_path / "oidc.toml"
    toml.write_text(
        f"""
        [[providers]]
        provider_id = "keycloak"
        display_name = "Our account"
        issuer = "https://id.example/realms/shop"
        client_id = "footfall"
        client_secret_file = "{secret}"
        redirect_uri = "https://console.example/callback"
        tenant_id = "{TENANT}"
        rules = [
          {{ group = "admins", role = "tenant_admin" }},
          {{ group = "north", role = "site_manager", site_ids = ["{SITE}"] }},
        ]
        """
    )
    [from_toml] = load_oidc_providers(toml)
    [from_json] = load_oidc_providers(written(tmp_path, GOOD))
    assert from_toml == from_json
    assert from_toml.client_secret.get_secret_value() == SECRET
    assert SECRET not in repr(from_toml)


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "plain http": ({"issuer": "http://id.example"}, "issuer: "),
    "no url": ({"issuer": "id.example"}, "issuer: "),
    "credentials": ({"issuer": f"https://u:{SECRET}@id.example"}, "issuer: "),
    "a query": ({"issuer": "https://id.example/?a=b"}, "no query"),
    "a plain redirect": ({"redirect_uri": "http://console.example/"}, "redirect_uri: "),
    "no secret": ({"client_secret": ""}, "client_secret"),
    "two secrets": ({"client_secret_file": "/x"}, "exclude each other"),
    "scopes": ({"scopes": ["email"]}, "openid"),
    "no rules": ({"rules": []}, "rules: "),
    "worker": ({"rules": [{"group": "g", "role": "worker"}]}, "tenant_admin or site_manager"),
    "system": ({"rules": [{"group": "g", "role": "system_admin"}]}, "system_admin without one"),
    "tenantless": ({"tenant_id": None}, "system_admin without one"),
    "manager": ({"rules": [{"group": "g", "role": "site_manager"}]}, "site_ids"),
    "admin with sites": ({"rules": [{"group": "g", "role": "tenant_admin", "site_ids": [SITE]}]}, "site_ids"),
    "unknown": ({"secret": SECRET}, "secret: Extra inputs"),
    "bad id": ({"provider_id": "Key Cloak"}, "provider_id: "),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_said_without_the_secret(tmp_path: Path, case: str) -> None:
    values, said = BAD[case]
    with pytest.raises(BadSettingsError) as caught:
        load_oidc_providers(written(tmp_path, {**GOOD, **values}))
    assert said in str(caught.value)
    assert "oidc.json" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_id_is_given_once(tmp_path: Path) -> None:
    with pytest.raises(BadSettingsError, match="same provider_id"):
        load_oidc_providers(written(tmp_path, GOOD, GOOD))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[[")
    for name in ("bad.toml", "missing.json"):
        with pytest.raises(BadSettingsError, match=name):
            load_oidc_providers(tmp_path / name)


@pytest.mark.parametrize(
    "issuer", ["http://127.0.0.1:8080", "http://localhost:8080/realms/x", "http://[::1]:1"]
)
def test_loopback_needs_no_tls(tmp_path: Path, issuer: str) -> None:
    [provider] = load_oidc_providers(written(tmp_path, {**GOOD, "issuer": issuer}))
    assert provider.issuer == issuer


def test_what_groups_give() -> None:
    one, two = new_id(), new_id()
    rules = (
        GroupRule("a", Role.SITE_MANAGER, frozenset({one})),
        GroupRule("b", Role.SITE_MANAGER, frozenset({two})),
        GroupRule("c", Role.TENANT_ADMIN),
    )
    assert access_by_groups(frozenset({"x"}), rules) is None
    assert access_by_groups(frozenset({"a", "b"}), rules) == Access(Role.SITE_MANAGER, frozenset({one, two}))
    assert access_by_groups(frozenset({"a", "c"}), rules) == Access(Role.TENANT_ADMIN)


def test_what_is_less_than_before() -> None:
    one, two = new_id(), new_id()
    admin = Access(Role.TENANT_ADMIN)
    both, only = Access(Role.SITE_MANAGER, frozenset({one, two})), Access(Role.SITE_MANAGER, frozenset({one}))
    assert admin.covers(both)
    assert admin.covers(admin)
    assert both.covers(only)
    assert not both.covers(admin)
    assert not only.covers(both)
