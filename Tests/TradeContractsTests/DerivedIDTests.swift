import Testing
import TradeContracts
import TradeCore

// The expected ids are those of Python's uuid.uuid5.
@Suite("Derived ids (R81)")
struct DerivedIDTests {
    @Test("The namespace is that of urn:trade-manager")
    func namespace() {
        #expect(DerivedID.namespace.description == "ec05446e-8850-545e-b393-01cf1c20daa4")
    }

    @Test("Ids of positions and of orders by role")
    func candidates() {
        let ids = DerivedID.candidate(
            expert: ExpertID(1), useCase: .openPositions, entryRecommendation: RecommendationID(123),
            recommendation: RecommendationID(456))
        #expect(ids.position.description == "daa84149-f447-5bee-b7e1-11c6bc3f1dbf")
        #expect(
            ids.orders.map(\.description) == [
                "dd8ce2f0-78c0-589e-ade8-4084f3f507b7", "5c7cf74c-4f27-5b3b-9dd1-37d22cc1db58",
                "72654245-5c41-537e-9218-fc4fa0d34654", "8a2b2f79-0d5d-5942-8cc3-e48ad29d13d8",
                "fbbca658-a251-5cf2-ac0a-f7ce299be70a", "4d516a8d-ab43-5716-83c7-7861e2b91b73",
            ])
        #expect(OrderRole.allCases.map { ids.order($0) } == ids.orders)
        #expect(
            DerivedID.position(expert: ExpertID(-5), recommendation: RecommendationID(.min)).description
                == "0b56f7ac-7bbb-5632-bd24-95ccfb629559")
    }

    @Test("Ids of skips")
    func skips() {
        #expect(
            DerivedID.skip(
                topic: "analysis.completed", partition: 0, offset: 41, eventID: "0b7f",
                recommendation: RecommendationID(123), reason: .existingTransaction
            ).description == "6d0e88e5-9fa3-5852-b7f5-2bfefd08883b")
        #expect(
            DerivedID.skip(
                topic: "analysis.completed", partition: 3, offset: 42, eventID: "é\"x", recommendation: nil,
                reason: .lockBusy
            ).description == "c59d85da-6aee-5678-9481-1ce17b0deb74")
    }
}
