"""Publishes through paho-mqtt, and answers with the count of messages that the broker took.

Standard input: {"port": …, "messages": [{"topic": …, "payload": hexadecimal, "qos": …, "retain": …}, …]}.
"""

import json
import sys

import paho.mqtt.client as mqtt

request = json.load(sys.stdin)
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.connect("127.0.0.1", request["port"])
client.loop_start()
tokens = [
    client.publish(m["topic"], bytes.fromhex(m["payload"]), qos=m["qos"], retain=m["retain"])
    for m in request["messages"]
]
for token in tokens:
    token.wait_for_publish(20)
client.disconnect()
client.loop_stop()
json.dump(sum(token.is_published() for token in tokens), sys.stdout)
