"""Subscribes through paho-mqtt. Usage: mqtt_listen.py PORT CLIENT FILTER QOS.

The session outlives the connection, which is made again when it breaks. Prints `ready` once subscribed, then a line of JSON for each message.
"""

import json
import sys

import paho.mqtt.client as mqtt


def connected(client, userdata, flags, reason, properties):
    client.subscribe(sys.argv[3], qos=int(sys.argv[4]))


def subscribed(client, userdata, identifier, reasons, properties):
    print("ready", flush=True)


def arrived(client, userdata, message):
    line = {
        "topic": message.topic,
        "payload": message.payload.hex(),
        "qos": message.qos,
        "retain": bool(message.retain),
    }
    print(json.dumps(line), flush=True)


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=sys.argv[2], clean_session=False)
client.on_connect = connected
client.on_subscribe = subscribed
client.on_message = arrived
client.reconnect_delay_set(1, 1)
client.connect("127.0.0.1", int(sys.argv[1]))
client.loop_forever()
