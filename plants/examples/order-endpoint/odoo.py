# Odoo 17 to 19: posts manufacturing orders to the order endpoint. The pull does the same without a module: take this
# only where an order must be in Azumuta within seconds.
#
# Tried: with Python and a stand-in for Odoo's classes, against the endpoint on a developer's machine. Not in Odoo.
#
# models/mrp_production.py of a small module of yours, as a server action alone cannot do it: its Python has no HTTP
# client, and Odoo's own webhook action sends neither a header nor these names. The server action on Manufacturing
# Order, "Execute Code", is then: records.send_to_azumuta()
# with an automation rule that runs it when the state is set to Confirmed.
import requests

from odoo import models
from odoo.exceptions import UserError


class MrpProduction(models.Model):
    _inherit = 'mrp.production'

    def send_to_azumuta(self):
        # System parameters: the stack's output OrderEndpoint, and what `npm run secrets` made.
        parameters = self.env['ir.config_parameter'].sudo()
        orders = [
            {
                'number': order.name,
                'id': str(order.id),
                'article': order.product_id.default_code or order.product_id.display_name,
                'quantity': str(order.product_qty),
                'unit': order.product_uom_id.name,
                'attributes': {'origin': order.origin or ''},
            }
            for order in self
        ]
        try:
            answer = requests.post(
                parameters.get_param('azumuta.order_endpoint'),
                headers={'X-API-Key': parameters.get_param('azumuta.order_api_key')},
                json=orders,
                timeout=15,
            )
        except requests.RequestException as error:
            raise UserError('Azumuta cannot be reached. Try again.') from error
        # Asking again is safe: an order that is known already is answered, and not made twice.
        results = answer.json().get('orders', []) if answer.status_code in (200, 202, 409, 422) else []
        refused = [one for one in results if one['status'] in ('rejected', 'conflict')]
        if refused or not results:
            told = '\n'.join(f"{one['number']}: {reason_of(one)}" for one in refused)
            raise UserError(told or f'Azumuta answered {answer.status_code}: {answer.text[:300]}')


def reason_of(order):
    """What is invalid in the order, or what differs in the product orders that it has in Azumuta."""
    fields = [f"{error['path']}: {error['expected']} expected" for error in order.get('errors', [])]
    parts = [part['reason'] for part in order['productOrders'] if 'reason' in part]
    return '; '.join(fields or parts or [order.get('reason', order['status'])])
