"""Everything people can say to the bot, on one page.

Routing, the command menus, /help and the permission test are all read from these lists: a command, a button or a form
that is not here does not exist. The order is the order of the menu.
"""

from handlers.access import ButtonRule, Command
from handlers.forms.form import Form

COMMANDS: tuple[Command, ...] = ()

BUTTONS: tuple[ButtonRule, ...] = ()

FORMS: tuple[Form, ...] = ()

COMMAND_BY_NAME = {command.name: command for command in COMMANDS}
COMMAND_BY_WORD = {word: command for command in COMMANDS for word in command.words}
BUTTON_BY_NAME = {button.name: button for button in BUTTONS}
FORM_BY_NAME = {form.name: form for form in FORMS}
