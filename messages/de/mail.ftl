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

## Die Seiten

subscribe-title = Neuigkeiten per E-Mail · { $host }
subscribe-heading = Neuigkeiten per E-Mail
subscribe-intro = Wir schreiben Ihnen, wenn mit unserem Dienst etwas nicht stimmt, wenn es Neues gibt und wenn es vorbei ist.
form-email-short = Ihre E-Mail-Adresse
subscribe-email-hint = Wir senden zuerst einen Brief dorthin: Nur wer ihn lesen kann, kann zustimmen.
subscribe-email-wrong = Das sieht nicht nach einer E-Mail-Adresse aus.
subscribe-topic-label = Wovon möchten Sie erfahren?
subscribe-topic-all = Alles
subscribe-topic-wrong = Das steht nicht mehr zur Wahl. Bitte wählen Sie noch einmal.
subscribe-send = Senden Sie mir den Brief
subscribe-errors = Noch wurde nichts gesendet. Bitte sehen Sie sich die markierten Felder an.
subscribe-expired = Das Formular war zu lange geöffnet, oder Ihr Browser behält keine Cookies. Noch wurde nichts gesendet: Bitte drücken Sie den Knopf noch einmal.
subscribe-asked-title = Bitte sehen Sie in Ihre Post
subscribe-asked = Wenn diese Adresse die Neuigkeiten nicht schon erhält, ist ein Brief an sie unterwegs. Bitte öffnen Sie den Link darin und drücken Sie dort den Knopf.
subscribe-asked-next = Kein Brief? Sehen Sie im Spam-Ordner nach, und prüfen Sie die Adresse. An eine Adresse senden wir nur wenige Briefe am Tag.
subscribe-limit-title = Zu viele Anmeldungen
subscribe-limit = In der letzten Stunde haben wir sehr viele davon erhalten, von Ihnen oder von allen zusammen, und diese wurde nicht angenommen. Bitte versuchen Sie es später noch einmal.
subscribe-busy = Wir konnten das gerade nicht annehmen; es wurde nicht gespeichert. Bitte versuchen Sie es in einigen Minuten noch einmal.
confirm-heading = Neuigkeiten per E-Mail
confirm-intro = Drücken Sie den Knopf, um Neuigkeiten von { $host } an der Adresse zu erhalten, an die unser Brief ging.
confirm-button = Ja, schreiben Sie mir
confirm-done-title = Erledigt
leave-heading = Keine Neuigkeiten mehr
leave-intro = Drücken Sie den Knopf, und { $host } schreibt keine Neuigkeiten mehr an die Adresse, an die unser Brief ging.
leave-button = Schreiben Sie mir nicht mehr
leave-done-title = Erledigt
leave-unknown = Dieser Link ist nicht bekannt, oder er wurde schon benutzt: Dann schreiben wir Ihnen nicht mehr.
link-unknown-title = Dieser Link gilt nicht
