"""Addresses of a signed-in driver's own pages."""

from django.urls import path

from .views import account, cards, invoice, needs, own_sessions, person, places, problems, signed, wallet

urlpatterns = [
    path("my/", account.account, name="account"),
    path("my/wallet/<str:public_id>", wallet.wallet, name="wallet"),
    path("my/top-ups/<str:public_id>", wallet.top_up, name="top_up"),
    path("my/top-ups/<str:public_id>/bank", wallet.top_up_bank, name="top_up_bank"),
    path("my/payment-cards/<str:public_id>/remove", wallet.card_remove, name="payment_card_remove"),
    path("my/starts/<str:public_id>", own_sessions.start, name="start"),
    path("my/starts/<str:public_id>/now", own_sessions.start_now, name="start_now"),
    path("my/sessions/", own_sessions.sessions, name="sessions"),
    path("my/sessions.csv", own_sessions.sessions_csv, name="sessions_csv"),
    path("my/sessions/<str:public_id>", own_sessions.session, name="session"),
    path("my/sessions/<str:public_id>/now", own_sessions.session_now, name="session_now"),
    path("my/sessions/<str:public_id>/invoice/<str:form>", invoice.session_invoice, name="session_invoice"),
    path("my/sessions/<str:public_id>/stop", own_sessions.stop, name="session_stop"),
    path("my/sessions/<str:public_id>/need", needs.own_need, name="session_need"),
    path("my/cards/", cards.cards, name="cards"),
    path("my/cards/<str:public_id>/label", cards.card_label, name="card_label"),
    path("my/cards/<str:public_id>/block", cards.card_block, name="card_block"),
    path("my/cards/<str:public_id>/unblock", cards.card_unblock, name="card_unblock"),
    path("my/problems/", problems.problems, name="problems"),
    path("my/places/", places.places, name="places"),
    path("my/places/<str:public_id>", places.place, name="place"),
    path("my/places/<str:public_id>/favourite", places.favourite, name="favourite"),
    path("my/stations/<str:public_id>/wish", places.wish, name="wish"),
    path("my/wishes/<str:public_id>/drop", places.wish_drop, name="wish_drop"),
    path("my/profile/", person.profile, name="profile"),
    path("my/vehicles/", person.vehicles, name="vehicles"),
    path("my/vehicles/<str:public_id>", person.vehicle, name="vehicle"),
    path("my/vehicles/<str:public_id>/remove", person.vehicle_remove, name="vehicle_remove"),
    path("my/data/", person.data, name="data"),
    path("my/data/export.json", person.export, name="data_export"),
    path("my/data/erase", person.erase, name="data_erase"),
    path("my/sessions/<str:public_id>/verify", signed.session_verify_again, name="session_verify"),
    path("my/sessions/<str:public_id>/signed-values.xml", signed.session_values, name="session_values"),
]
