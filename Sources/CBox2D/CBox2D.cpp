// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include "CBox2D.h"

#include "Hinge.hpp"

#include <box2d/box2d.h>

#include <new>
#include <vector>

/// Keeps the events of a step in order, so that no callback crosses the language boundary.
class ContactRecorder final : public b2ContactListener {
public:
    std::vector<CBox2DContactEvent> events;
    HingeSolver hinges;

    void startStep() {
        events.clear();
        hinges.hasPushingContacts = false;
    }

    void BeginContact(b2Contact *contact) override { record(contact, true); }
    void EndContact(b2Contact *contact) override { record(contact, false); }
    void PreSolve(b2Contact *, const b2Manifold *) override { hinges.hasPushingContacts = true; }

private:
    void record(b2Contact *contact, bool begins) {
        events.push_back({contact->GetFixtureA()->GetUserData().pointer,
                          contact->GetFixtureB()->GetUserData().pointer, begins});
    }
};

namespace {

b2Vec2 vector(CBox2DVector v) { return b2Vec2(v.x, v.y); }
CBox2DVector vector(const b2Vec2 &v) { return {v.x, v.y}; }

b2Body *unwrap(CBox2DBody *body) { return reinterpret_cast<b2Body *>(body); }
const b2Body *unwrap(const CBox2DBody *body) { return reinterpret_cast<const b2Body *>(body); }
b2RevoluteJoint *unwrap(CBox2DJoint *joint) { return reinterpret_cast<b2RevoluteJoint *>(joint); }
const b2RevoluteJoint *unwrap(const CBox2DJoint *joint) {
    return reinterpret_cast<const b2RevoluteJoint *>(joint);
}

} // namespace

struct CBox2DWorld {
    // The recorder is declared first, because the dying world still reports to it.
    ContactRecorder recorder;
    b2World world{b2Vec2(0.0f, 0.0f)};

    CBox2DWorld() {
        recorder.events.reserve(64);
        world.SetContactListener(&recorder);
        // It would keep what collides from passing through; sensors and a car's parts do not
        // collide.
        world.SetContinuousPhysics(false);
    }
};

void CBox2DGetVersion(int version[3]) {
    version[0] = b2_version.major;
    version[1] = b2_version.minor;
    version[2] = b2_version.revision;
}

CBox2DWorld *CBox2DWorldCreate(void) { return new (std::nothrow) CBox2DWorld(); }

void CBox2DWorldDestroy(CBox2DWorld *world) { delete world; }

void CBox2DWorldMakeAllIterations(CBox2DWorld *world) {
    world->recorder.hinges.makesAllIterations = true;
}

CBox2DBody *CBox2DWorldAddBody(
    CBox2DWorld *world, bool isDynamic, CBox2DVector position, float angle) {
    b2BodyDef definition;
    definition.type = isDynamic ? b2_dynamicBody : b2_staticBody;
    definition.position = vector(position);
    definition.angle = angle;
    return reinterpret_cast<CBox2DBody *>(world->world.CreateBody(&definition));
}

void CBox2DBodyAddPolygon(
    CBox2DBody *body, const CBox2DVector *vertices, int count, CBox2DMaterial material,
    uintptr_t tag) {
    // Box2D clones the shape, so the definition need not outlive this call.
    b2Vec2 points[b2_maxPolygonVertices];
    if (count > b2_maxPolygonVertices) count = b2_maxPolygonVertices;
    for (int i = 0; i < count; i++) points[i] = vector(vertices[i]);
    b2PolygonShape shape;
    shape.Set(points, count);
    b2FixtureDef definition;
    definition.shape = &shape;
    definition.density = material.density;
    definition.restitution = material.restitution;
    definition.filter.categoryBits = material.category;
    definition.filter.maskBits = material.mask;
    definition.isSensor = material.isSensor;
    definition.userData.pointer = tag;
    unwrap(body)->CreateFixture(&definition);
}

CBox2DJoint *CBox2DWorldAddRevoluteJoint(
    CBox2DWorld *world, CBox2DBody *bodyA, CBox2DBody *bodyB, CBox2DRevoluteJoint joint) {
    b2RevoluteJointDef definition;
    definition.bodyA = unwrap(bodyA);
    definition.bodyB = unwrap(bodyB);
    definition.localAnchorA = vector(joint.anchorA);
    definition.localAnchorB = vector(joint.anchorB);
    definition.enableMotor = true;
    definition.enableLimit = true;
    definition.maxMotorTorque = joint.maximumMotorTorque;
    definition.lowerAngle = joint.lowerAngle;
    definition.upperAngle = joint.upperAngle;
    auto *created = static_cast<b2RevoluteJoint *>(world->world.CreateJoint(&definition));
    b2RevoluteJoint *hinge = Hinge::replace(created, &world->recorder.hinges);
    return reinterpret_cast<CBox2DJoint *>(hinge);
}

void CBox2DWorldStep(
    CBox2DWorld *world, float seconds, int velocityIterations, int positionIterations) {
    world->recorder.startStep();
    world->world.Step(seconds, velocityIterations, positionIterations);
}

size_t CBox2DWorldContactEvents(const CBox2DWorld *world, const CBox2DContactEvent **events) {
    *events = world->recorder.events.data();
    return world->recorder.events.size();
}

CBox2DBodyState CBox2DBodyGetState(const CBox2DBody *handle) {
    const b2Body *body = unwrap(handle);
    const b2Transform &transform = body->GetTransform();
    return {vector(transform.p), body->GetAngle(),
            transform.q.s, transform.q.c,
            vector(body->GetLinearVelocity()), body->GetAngularVelocity()};
}

void CBox2DBodyApplyForceToCenter(CBox2DBody *body, CBox2DVector force) {
    unwrap(body)->ApplyForceToCenter(vector(force), true);
}

float CBox2DJointGetAngle(const CBox2DJoint *joint) { return unwrap(joint)->GetJointAngle(); }

void CBox2DJointEnableLimit(CBox2DJoint *joint, bool isEnabled) {
    unwrap(joint)->EnableLimit(isEnabled);
}

void CBox2DJointSetMotorSpeed(CBox2DJoint *joint, float speed) {
    unwrap(joint)->SetMotorSpeed(speed);
}
