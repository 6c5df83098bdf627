### Wer sich für Neuigkeiten anmeldet: Antworten im Chat, Briefe, Seiten zum Kommen und Gehen.

## Wovon jemand hört

topic-all = alles

## Antworten

subscribed = Sie erfahren Neuigkeiten. Thema: { $topics }. /unsubscribe beendet das.
subscription-noted = Vielen Dank, das ist vorgemerkt.
subscribe-nowhere = Ich kann Ihnen hier nicht schreiben. Neuigkeiten finden Sie auf der Statusseite.
subscribe-unknown = Diesen Server kenne ich nicht. Wählen Sie einen aus der Liste, oder lassen Sie ihn weg, um von allem zu erfahren.
subscribe-full = Ich kann gerade keine weiteren Anmeldungen annehmen. Neuigkeiten finden Sie auf der Statusseite.
subscription-confirmed = Sie erfahren Neuigkeiten. Thema: { $topics }. Jede E-Mail enthält einen Link, der das beendet.
subscription-link-old = Dieser Link gilt nicht mehr. Bitte fordern Sie einen neuen an.
unsubscribed = Sie hören nichts mehr von uns. Sie können sich jederzeit wieder anmelden.

## Briefe

letter-leave =
    Sie erhalten diese Nachricht, weil Sie Neuigkeiten von uns wünschten. Um nichts mehr zu erhalten:
    { $url }
letter-leave-command = Sie haben diese Neuigkeiten gewünscht. /unsubscribe beendet sie.

letter-confirm =
    Neuigkeiten von { $host }: bitte bestätigen
    Jemand, vermutlich Sie, hat uns gebeten, bei Neuigkeiten an diese Adresse zu schreiben. Thema: { $topics }.

    Um zuzustimmen, öffnen Sie diese Seite und drücken Sie den Knopf:
    { $url }

    Wenn Sie es nicht waren, brauchen Sie nichts zu tun: Wir schreiben nicht noch einmal.
